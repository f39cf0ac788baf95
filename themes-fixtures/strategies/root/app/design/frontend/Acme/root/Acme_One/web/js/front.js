window.front = "root";
