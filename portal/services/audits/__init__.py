"""Section 11 and section 175/157 audits: rounds, returns, answers, signatures and what a panel makes of them."""
