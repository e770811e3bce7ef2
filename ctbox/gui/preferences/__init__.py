"""Settings, and the keys of every command: profiles, own keys, and the dialog for both."""
