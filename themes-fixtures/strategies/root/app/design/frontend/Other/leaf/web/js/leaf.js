window.leaf = true;
