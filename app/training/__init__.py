"""Who owes what training, and what they did."""
