define([], function () { return 'left out'; });
