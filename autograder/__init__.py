"""Weekly deep-learning assignment kits that grade themselves honestly, everywhere, fast."""
