"""The pull side: what 2015 code writes instead of a forward pass. See README.md here."""
