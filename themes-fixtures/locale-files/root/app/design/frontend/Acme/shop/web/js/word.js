var word = "word";
