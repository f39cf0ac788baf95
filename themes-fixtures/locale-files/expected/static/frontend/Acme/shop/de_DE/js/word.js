var word = "Wort";
