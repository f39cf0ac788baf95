window.theme = "Wurzel";
