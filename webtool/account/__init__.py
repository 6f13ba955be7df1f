"""Behind the login: who you are, your matches, your profile."""
