define([], function () { return 'a theme without a file of its own is no package'; });
