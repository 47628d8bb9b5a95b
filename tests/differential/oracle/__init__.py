"""What the generator of the differential suite is made of."""
