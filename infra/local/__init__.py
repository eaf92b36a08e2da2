"""All functions in one process, and the command line behind deploy.sh."""
