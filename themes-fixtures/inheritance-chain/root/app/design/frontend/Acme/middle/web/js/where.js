var where = "middle";
