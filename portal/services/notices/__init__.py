"""What people are told: written in the transaction of its cause, once for each person."""
