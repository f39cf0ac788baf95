var g = "gggggggggg";
