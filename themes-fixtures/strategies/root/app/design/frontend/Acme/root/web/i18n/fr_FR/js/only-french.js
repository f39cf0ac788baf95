window.french = true;
