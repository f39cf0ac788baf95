window.front = "Mitte";
