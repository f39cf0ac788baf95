var map = "Karte";
