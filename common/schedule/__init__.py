"""What fires the periodic jobs: a local scheduler with the semantics of Cloud Scheduler."""
