"""The verbs: every list that is read and every change, one transaction each."""
