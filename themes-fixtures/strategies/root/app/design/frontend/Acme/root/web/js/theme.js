window.theme = "root";
