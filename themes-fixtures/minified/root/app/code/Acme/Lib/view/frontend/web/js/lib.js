define([], function () { return { name: "lib" }; });
