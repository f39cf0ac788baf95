define([], function () { return { two: 2 }; });
