"""What `dev.py` starts once the environment exists: servers from wheels, the supervisor, the test plugin.

Nothing in this package reads the settings before the servers' addresses are in the environment.
"""
