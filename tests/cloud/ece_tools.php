<?php
/**
 * Runs ece-tools' own classes on a project and prints what they say as JSON.
 *
 *     php ece_tools.php ECE_TOOLS VENDOR ROOT all|transfer|restore
 *     php ece_tools.php ECE_TOOLS VENDOR ROOT scenario SCENARIO.xml
 *
 * ECE_TOOLS is a checkout of magento/ece-tools, VENDOR a Composer directory with symfony/yaml, symfony/console,
 * symfony/process, monolog and composer/semver, such as that of a Magento root. What ece-tools takes from Composer's container
 * is replaced below: the container, the Magento version, the number of cores, the log.
 */
declare(strict_types=1);

namespace {
    [, $tools, $vendor, $root, $command] = $argv;
    // The classes of the packages without the files that they load: those would register Magento's components.
    require $vendor . '/composer/ClassLoader.php';
    $loader = new Composer\Autoload\ClassLoader();
    foreach (require $vendor . '/composer/autoload_psr4.php' as $prefix => $paths) {
        $loader->setPsr4($prefix, $paths);
    }
    $loader->addClassMap(require $vendor . '/composer/autoload_classmap.php');
    $loader->setPsr4('Magento\\MagentoCloud\\', $tools . '/src');
    $loader->register(true);
    foreach (['deprecation-contracts/function.php', 'polyfill-mbstring/bootstrap.php', 'string/Resources/functions.php'] as $file) {
        if (is_file("$vendor/symfony/$file")) {
            require_once "$vendor/symfony/$file";
        }
    }
}

namespace Magento\MagentoCloud\Package {
    class MagentoVersion
    {
        public static string $version = '2.4.6';

        public function isGreaterOrEqual(string $version): bool
        {
            return $this->satisfies('>=' . $version);
        }

        public function satisfies(string $constraint): bool
        {
            return \Composer\Semver\Semver::satisfies(self::$version, $constraint);
        }

        public function getVersion(): string
        {
            return self::$version;
        }
    }
}

namespace Magento\MagentoCloud\Util {
    class Cpu
    {
        public function getThreadsCount(): int
        {
            return 8;
        }
    }
}

namespace Magento\MagentoCloud\Shell {
    class ProcessFactory
    {
        public function create(array $params): ProcessInterface
        {
            return Process::fromShellCommandline($params['command'], $params['cwd'], null, null, $params['timeout']);
        }
    }
}

namespace Symfony\Component\Serializer\Encoder {
    /** Elements as arrays, attributes with `@`, text with `#`: as much of the real class as scenarios need. */
    class XmlEncoder
    {
        public const FORMAT = 'xml';
        public const AS_COLLECTION = 'as_collection';

        public function __construct(array $context = [])
        {
        }

        public function decode(string $xml, string $format): array
        {
            $document = new \DOMDocument();
            $document->loadXML($xml, LIBXML_NONET | LIBXML_NOBLANKS);
            return $this->array($document->documentElement);
        }

        private function array(\DOMElement $element): array
        {
            $result = [];
            foreach ($element->attributes as $attribute) {
                $result['@' . $attribute->nodeName] = $attribute->nodeValue;
            }
            $children = [];
            foreach ($element->childNodes as $child) {
                if ($child instanceof \DOMElement) {
                    $children[$child->nodeName][] = $this->array($child);
                } elseif ($child instanceof \DOMText) {
                    $result['#'] = $child->nodeValue;
                }
            }
            return $result + array_map(fn ($list) => count($list) === 1 ? $list[0] : $list, $children);
        }
    }
}

namespace Magento\MagentoCloud\App\Logger {
    class Pool
    {
        public static \Monolog\Handler\TestHandler $handler;

        public function getHandlers(): array
        {
            return [self::$handler];
        }
    }
}

namespace Magento\MagentoCloud\App {
    class Logger extends \Monolog\Logger
    {
        public function __construct(Logger\Pool $pool)
        {
            parent::__construct('default', $pool->getHandlers());
        }
    }
}

namespace {
    use Magento\MagentoCloud as Cloud;

    error_reporting(E_ALL & ~E_DEPRECATED & ~E_USER_DEPRECATED);
    set_error_handler([new Cloud\App\ErrorHandler(), 'handle'], E_ALL & ~E_DEPRECATED & ~E_USER_DEPRECATED);
    Cloud\App\Logger\Pool::$handler = new Monolog\Handler\TestHandler();
    chdir($root);

    /** Makes objects by the types that their constructors ask for. */
    final class Making implements Cloud\App\ContainerInterface
    {
        private const CHOICES = [
            Cloud\App\ContainerInterface::class => self::class,
            Cloud\Config\Environment\ReaderInterface::class => Cloud\Config\Environment\Reader::class,
            Cloud\Config\EnvironmentDataInterface::class => Cloud\Config\EnvironmentData::class,
            Cloud\Config\AdminDataInterface::class => Cloud\Config\AdminData::class,
            Cloud\Config\Stage\BuildInterface::class => Cloud\Config\Stage\Build::class,
            Cloud\Config\Stage\DeployInterface::class => Cloud\Config\Stage\Deploy::class,
            Cloud\PlatformVariable\DecoderInterface::class => Cloud\PlatformVariable\Decoder::class,
            Cloud\Shell\ShellInterface::class => Cloud\Shell\Shell::class,
            Psr\Log\LoggerInterface::class => Cloud\App\Logger::class,
        ];

        private array $made = [];

        public function __construct(string $tools, string $root)
        {
            $this->made[self::class] = $this;
            $this->made[Cloud\Filesystem\SystemList::class] = new Cloud\Filesystem\SystemList($tools, $root);
        }

        public function get($id)
        {
            $class = self::CHOICES[$id] ?? $id;
            return $this->made[$class] ??= $this->make($class);
        }

        public function has($id): bool
        {
            return class_exists(self::CHOICES[$id] ?? $id);
        }

        public function set(string $id, $service): void
        {
            $this->made[$id] = $service;
        }

        public function create(string $abstract, array $params = [])
        {
            return $params ? new $abstract(...array_values($params)) : $this->get($abstract);
        }

        private function make(string $class): object
        {
            $constructor = (new ReflectionClass($class))->getConstructor();
            $arguments = [];
            foreach ($constructor ? $constructor->getParameters() : [] as $parameter) {
                if ($parameter->isOptional()) {
                    break;
                }
                $arguments[] = $this->get($parameter->getType()->getName());
            }
            return new $class(...$arguments);
        }
    }

    $container = new Making($tools, $root);

    /** What a call gives, or how it dies. */
    function outcome(callable $call): mixed
    {
        try {
            return $call();
        } catch (Throwable $error) {
            return ['exception' => get_class($error), 'code' => $error->getCode(), 'message' => preg_replace('/, called in .*/', '', $error->getMessage())];
        }
    }

    function log_lines(): array
    {
        $lines = array_map(
            fn ($record) => $record['level_name'] . ' ' . $record['message'],
            Cloud\App\Logger\Pool::$handler->getRecords()
        );
        Cloud\App\Logger\Pool::$handler->clear();
        return $lines;
    }

    function wizard(Making $container, string $class): array
    {
        $output = new Symfony\Component\Console\Output\BufferedOutput();
        $code = $container->get($class)->execute(new Symfony\Component\Console\Input\ArrayInput([]), $output);
        return ['code' => $code, 'output' => $output->fetch()];
    }

    function register_themes(string $root): void
    {
        foreach (glob($root . '/app/{code/*/*,design/*/*/*}/registration.php', GLOB_BRACE) as $file) {
            require $file;
        }
    }

    if ($command === 'all') {
        register_themes($root);
        $result = [
            'validation' => outcome(function () use ($container) {
                $result = $container->get(Cloud\Config\Validator\Build\StageConfig::class)->validate();
                return $result instanceof Cloud\Config\Validator\Result\Error
                    ? ['code' => $result->getErrorCode(), 'text' => $result->getError() . "\n" . $result->getSuggestion()]
                    : null;
            }),
            'ideal-state' => outcome(fn () => wizard($container, Cloud\Command\Wizard\IdealState::class)),
            'scd-on-build' => outcome(fn () => wizard($container, Cloud\Command\Wizard\ScdOnBuild::class)),
            'scd-on-demand' => outcome(fn () => wizard($container, Cloud\Command\Wizard\ScdOnDemand::class)),
            'scd-on-deploy' => outcome(fn () => wizard($container, Cloud\Command\Wizard\ScdOnDeploy::class)),
            'locales' => outcome(fn () => array_values($container->get(Cloud\StaticContent\Build\Option::class)->getLocales())),
        ];
        log_lines();
        $result['commands'] = outcome(fn () => $container->get(Cloud\StaticContent\CommandFactory::class)->matrix(
            $container->get(Cloud\StaticContent\Build\Option::class),
            $container->get(Cloud\Config\Stage\BuildInterface::class)->get('SCD_MATRIX')
        ));
        $result['log'] = array_values(array_filter(log_lines(), fn ($line) => !str_starts_with($line, 'DEBUG ')));
    } elseif ($command === 'transfer') {
        // ece-tools' own log is there by now.
        @mkdir($root . '/var/log', 0777, true);
        touch($root . '/var/log/cloud.log');
        $steps = [
            Cloud\Step\Build\CompressStaticContent::class,
            Cloud\Step\Build\ClearInitDirectory::class,
            Cloud\Step\Build\BackupData\StaticContent::class,
            Cloud\Step\Build\BackupData\WritableDirectories::class,
            Cloud\Step\Build\ClearMountedDirectories::class,
        ];
        $result = ['failure' => null];
        foreach ($steps as $step) {
            $failure = outcome(fn () => $container->get($step)->execute());
            if ($failure !== null) {
                $result = ['failure' => $failure + ['step' => $step]];
                break;
            }
        }
        $result['log'] = log_lines();
    } elseif ($command === 'scenario') {
        // The whole build scenario, merged as ever; of its steps only one is made and run.
        $collect = new class extends Cloud\Scenario\Resolver {
            public function __construct()
            {
            }

            public function resolve(array $scenarios): array
            {
                return $scenarios;
            }
        };
        $merger = fn (Cloud\Scenario\Resolver $resolver) => new Cloud\Scenario\Merger(
            $resolver,
            $container->get(Cloud\Scenario\Collector\Step::class),
            $container->get(Cloud\Scenario\Collector\Action::class),
            $container->get(Cloud\Scenario\Collector\Scenario::class)
        );
        $result = outcome(function () use ($container, $merger, $collect, $argv) {
            $name = 'deploy-static-content';
            $alone = $merger($collect)->merge(['scenario/build/generate.xml'])['steps'];
            $merged = $merger($collect)->merge(['scenario/build/generate.xml', $argv[5]])['steps'];
            $steps = $container->get(Cloud\Scenario\Resolver::class)
                ->resolve(['steps' => [$name => $merged[$name]], 'actions' => []]);
            $failure = outcome(fn () => array_values($steps['steps'] ?? $steps)[0]->execute());
            $others = array_diff_key($merged, [$name => 1]) == array_diff_key($alone, [$name => 1]);
            return [
                'before' => $alone[$name],
                'after' => $merged[$name],
                'others_are_equal' => $others && array_keys($alone) === array_keys($merged),
                'failure' => $failure,
            ];
        });
        $result['log'] = log_lines();
    } else {
        $result = ['failure' => outcome(fn () => $container->get(Cloud\Step\Deploy\PreDeploy\RestoreWritableDirectories::class)->execute())];
        $result['log'] = log_lines();
    }
    echo json_encode($result, JSON_PRETTY_PRINT | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR), "\n";
}
