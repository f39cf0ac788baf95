var only = "base";
