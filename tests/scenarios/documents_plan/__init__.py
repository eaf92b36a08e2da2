"""Scenarios of plans made beforehand, and of files sent to 1C by a process of Disk."""
