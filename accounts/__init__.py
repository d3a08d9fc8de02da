"""People: users, sign-in with Entra ID, platform roles."""
