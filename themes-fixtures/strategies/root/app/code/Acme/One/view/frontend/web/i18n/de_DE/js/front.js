window.front = "Modul";
