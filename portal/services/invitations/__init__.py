"""What is done with an agency's invitation: answered, declared, expected otherwise, given to a team."""
