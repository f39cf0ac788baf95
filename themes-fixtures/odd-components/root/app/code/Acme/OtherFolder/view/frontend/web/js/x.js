var x = "OtherFolder";
