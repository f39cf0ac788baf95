window.back = true;
