define([], function () { return 'tiny'; });
