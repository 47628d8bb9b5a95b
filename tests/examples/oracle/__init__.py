"""What the generator of the examples' goldens is made of."""
