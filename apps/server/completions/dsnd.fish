# fish completion for dsnd
complete -c dsnd -n '__fish_use_subcommand' -l config -d 'run with a configuration file (TOML)'
complete -c dsnd -n '__fish_use_subcommand' -a check-config -d 'reads a configuration and all files that it names, and says in one line what is wrong'
complete -c dsnd -n '__fish_use_subcommand' -a route -d 'says where a configuration leads addresses, and who may send there'
complete -c dsnd -n '__fish_use_subcommand' -a hash-password -d 'what stands in the file of [users] for a password, which is asked for or read from stdin'
complete -c dsnd -n '__fish_use_subcommand' -a store -d 'commands for a store'
complete -c dsnd -n '__fish_seen_subcommand_from store' -a check
complete -c dsnd -n '__fish_seen_subcommand_from store' -a recover
complete -c dsnd -n '__fish_seen_subcommand_from store' -a export
complete -c dsnd -n '__fish_use_subcommand' -a migrate -d 'brings the tables of the shared queue that a configuration names up to date, as a start would'
complete -c dsnd -n '__fish_use_subcommand' -l version -d 'says the version, and that of Node'
complete -c dsnd -n '__fish_use_subcommand' -l help -d 'says this'
