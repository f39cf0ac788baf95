var single = 1; // gone
