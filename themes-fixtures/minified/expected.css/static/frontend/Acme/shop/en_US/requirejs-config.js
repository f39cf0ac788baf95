(function(require){



})(require);