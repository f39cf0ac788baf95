window.front = "leaf";
