window.off = true;
