var a = "aaaaaaaaaa";
