""" "Send to 1C": a Disk storage's process, by hand or automatic, submits a file."""
