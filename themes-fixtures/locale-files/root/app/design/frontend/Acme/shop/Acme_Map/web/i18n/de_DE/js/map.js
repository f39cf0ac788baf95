var map = "Karte des Themas";
