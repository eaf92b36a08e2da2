"""What a person may do; called by the console and the command line alike."""
