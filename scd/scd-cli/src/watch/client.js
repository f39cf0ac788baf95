/* Swaps stylesheets and reloads the page when `scd watch` has written files. */
(function () {
    'use strict';

    var script = document.currentScript, known = null, box = null, source;

    if (!script || !window.EventSource || window.scdLivereload) {
        return;
    }
    window.scdLivereload = true;
    // Magento's pages load more files than browsers note by themselves.
    if (window.performance && performance.setResourceTimingBufferSize) {
        performance.setResourceTimingBufferSize(5000);
    }

    /* Whether an address is that of one of the outputs, whatever the version and the host in it. */
    function isOf(address, outputs) {
        var path;

        try {
            path = decodeURI(new URL(address, document.baseURI).pathname);
        } catch (error) {
            return false;
        }

        return outputs.some(function (output) {
            return path.slice(-output.length - 1) === '/' + output;
        });
    }

    function all(list) {
        return Array.prototype.slice.call(list);
    }

    /* Everything that the page has loaded. */
    function loaded() {
        var elements = all(document.querySelectorAll('script[src], img[src], link[href]')),
            addresses = elements.map(function (element) {
                return element.src || element.href;
            });

        if (window.performance && performance.getEntriesByType) {
            performance.getEntriesByType('resource').forEach(function (entry) {
                addresses.push(entry.name);
            });
        }

        return addresses.filter(function (address, index) {
            return addresses.indexOf(address) === index;
        });
    }

    /* Web servers let browsers keep static files for a year: what has changed is fetched anew, past the cache. */
    function refresh(outputs) {
        return Promise.all(loaded().filter(function (address) {
            return isOf(address, outputs);
        }).map(function (address) {
            return fetch(address, { cache: 'reload', mode: 'no-cors' }).catch(function () {});
        }));
    }

    function reload(outputs) {
        refresh(outputs).then(function () {
            window.location.reload();
        });
    }

    /* Puts a new link in the place of an old one as soon as its stylesheet is there, so that the page never goes without. */
    function swap(link) {
        var fresh = link.cloneNode(false), address = new URL(link.href);

        address.searchParams.set('scd', String(Date.now()));
        fresh.href = address.href;
        fresh.onload = fresh.onerror = function () {
            fresh.onload = fresh.onerror = null;
            link.remove();
        };
        link.parentNode.insertBefore(fresh, link.nextSibling);
    }

    /* Whether a stylesheet imports one of the outputs. */
    function imports(sheet, outputs) {
        var rules;

        try {
            rules = all(sheet.cssRules);
        } catch (error) {
            return false;
        }

        return rules.some(function (rule) {
            return rule.styleSheet && (isOf(rule.href, outputs) || imports(rule.styleSheet, outputs));
        });
    }

    function restyle(outputs) {
        var links = all(document.querySelectorAll('link[rel~="stylesheet"][href]')),
            isMerged = links.some(function (link) {
                return link.href.indexOf('/_cache/merged/') > -1;
            }),
            isImported = all(document.styleSheets).some(function (sheet) {
                return imports(sheet, outputs);
            });

        if (isMerged || isImported) {
            return reload(outputs);
        }
        refresh(outputs);
        links.filter(function (link) {
            return isOf(link.href, outputs);
        }).forEach(swap);
    }

    /* Shows what is wrong with the sources, or takes that away again. */
    function show(problems) {
        if (box) {
            box.remove();
            box = null;
        }
        if (!problems.length) {
            return;
        }
        box = document.createElement('pre');
        box.id = 'scd-livereload';
        box.title = 'click to hide';
        box.textContent = problems.map(function (problem) {
            var place = [problem.file, problem.line, problem.column].filter(Boolean).join(':');

            return 'error: ' + problem.message + (place ? '\n  at ' + place : '') +
                (problem.hint ? '\n  hint: ' + problem.hint : '');
        }).join('\n\n');
        box.style.cssText = 'position:fixed;z-index:2147483647;left:0;right:0;bottom:0;max-height:50%;overflow:auto;' +
            'margin:0;padding:1em;background:#300;color:#fff;font:13px/1.4 monospace;white-space:pre-wrap;text-align:left';
        box.onclick = function () {
            show([]);
        };
        (document.body || document.documentElement).appendChild(box);
        console.error(box.textContent);
    }

    function listen(kind, react) {
        source.addEventListener(kind, function (event) {
            var message = JSON.parse(event.data);

            known = event.lastEventId;
            show(message.problems);
            react(message);
        });
    }

    source = new EventSource(new URL('events', script.src).href);
    listen('css', function (message) {
        restyle(message.outputs);
    });
    listen('reload', function (message) {
        reload(message.outputs);
    });
    listen('problem', function () {});
    source.addEventListener('ready', function (event) {
        var message = JSON.parse(event.data);

        // The connection was lost, and something has happened meanwhile.
        if (known !== null && known !== event.lastEventId) {
            window.location.reload();
        }
        known = event.lastEventId;
        show(message.problems);
    });
}());
