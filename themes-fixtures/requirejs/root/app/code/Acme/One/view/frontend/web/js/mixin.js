define([], function () { return function (two) { return two; }; });
