var plain = 1;
