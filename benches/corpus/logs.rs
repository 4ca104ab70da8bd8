//! Lines of ordinary logs: of sixteen kinds of programs, none of which crashed.
//!
//! In a template `#` is a digit, `%` a letter and `~` a word.

use super::random::Random;

const WORDS: &[&str] = &[
    "block", "queue", "session", "worker", "replica", "request", "thread", "volume", "cache", "packet",
    "token", "index", "lease", "channel", "shard", "bucket", "route", "device", "timer", "segment",
];

/// The templates of each kind of file.
const KINDS: &[&[&str]] = &[
    &[
        "##-## ##:##:##.###  ####  #### D WindowManager: ~Token=%##%##, drawn=false, eventTime=########, flags=0x#",
        "##-## ##:##:##.###  ####  #### I PowerManager: acquire ~ lock=#########, flags=0x#, tag=\"*%%%*\", uid=#####",
    ],
    &[
        "[Sun Dec ## ##:##:## ####] [error] mod_jk child workerEnv in error state #",
        "[Sun Dec ## ##:##:## ####] [notice] jk2_init() Found child #### in scoreboard slot #",
    ],
    &[
        "- ########## ####.##.## R##-M#-N# ####-##-##-##.##.##.###### R##-M#-N# RAS KERNEL INFO ~ parity error corrected",
        "- ########## ####.##.## R##-M#-N# ####-##-##-##.##.##.###### R##-M#-N# RAS KERNEL FATAL data ~ interrupt",
    ],
    &[
        "###### ###### ### INFO dfs.DataNode$Packet~: PacketResponder # for block blk_################# terminating",
        "###### ###### ## WARN dfs.DataNode: ##.###.##.###:#####:Got exception while serving blk_################# to /##.##",
    ],
    &[
        "###### node-### unix.hw state_change.unavailable ########## # Component ~ is in the unavailable state",
        "###### gige# gige temphigh ########## # Linkerror event interval expired",
    ],
    &[
        "####-##-## ##:##:##,### INFO [main] org.example.hadoop.event.AsyncDispatcher: Registering class ~.EventType for class ~",
        "####-##-## ##:##:##,### WARN [Thread-##] org.example.ipc.Client: Address change detected. Old: ~/##.###.##.##:####",
        "####-##-## ##:##:##,### ERROR [RMCommunicator] org.example.app.Allocator: Error communicating with ~: java.net.NoRouteToHostException",
        "\tat org.example.net.NetUtils.wrap~Exception(NetUtils.java:###)",
        "\tat org.example.ipc.Client$Connection.setup~(Client.java:###)",
    ],
    &[
        "########-##:##:##:###|Step_LSC|########|onStandStepChanged ####",
        "########-##:##:##:###|Step_~|########|onExtend:############# ## # #",
    ],
    &[
        "Jun ## ##:##:## combo sshd(pam_unix)[#####]: authentication failure; logname= uid=0 tty=NODEVssh ruser= rhost=##.##.##.#",
        "Jun ## ##:##:## combo ftpd[#####]: connection from ##.##.##.### () at Sat Jun ## ##:##:## ####",
    ],
    &[
        "Jul  # ##:##:## host-## kernel[0]: IOThunderboltSwitch<0>(0x0)::~Callback - packet for route = 0x0 port = ##",
        "Jul  # ##:##:## host-## com.example.CDScheduler[##]: Thermal pressure state: # Memory pressure state: #",
        "Jul  # ##:##:## host-## UserEventAgent[##]: Captive: [handleNetwork~ : ####] en0: not probing",
    ],
    &[
        "Dec ## ##:##:## LabSZ sshd[#####]: reverse mapping checking getaddrinfo for ns.~.example [###.###.##.##] failed - POSSIBLE BREAK-IN ATTEMPT!",
        "Dec ## ##:##:## LabSZ sshd[#####]: Failed password for invalid user ~ from ##.##.##.## port ##### ssh2",
    ],
    &[
        "nova-api.log ####-##-## ##:##:##.### ##### INFO nova.wsgi.server [req-########-####-%%%% %%##%%## - - -] ##.##.##.# \"GET /v2/~ HTTP/1.1\" status: 200 len: #### time: 0.#######",
        "nova-compute.log ####-##-## ##:##:##.### #### INFO nova.compute.manager [-] [instance: %%##%%##] VM Stopped (Lifecycle Event)",
    ],
    &[
        "[##.## ##:##:##] chrome.exe - proxy.example.edu:#### open through proxy proxy.example.edu:#### HTTPS",
        "[##.## ##:##:##] ~.exe - ##.##.##.##:### close, ### bytes sent, #### bytes received, lifetime ##:##",
        "[##.## ##:##:##] ~.exe *64 - ##.##.##.##:## error : Could not connect through proxy - Timeout",
    ],
    &[
        "##/##/## ##:##:## INFO executor.Executor: Finished task ##.0 in stage #.0 (TID ###). #### bytes result sent to ~",
        "##/##/## ##:##:## INFO storage.BlockManager: Found ~ rdd_##_## locally",
    ],
    &[
        "- ########## ####.##.## dn### Nov # ##:##:## dn###/dn### crond(pam_unix)[####]: session closed for user root",
        "- ########## ####.##.## tbird-admin# Nov # ##:##:## src@~ data_thread() got not answer from any [Thunderbird_A#]",
    ],
    &[
        "####-##-## ##:##:##, Info                  CBS    Loaded Servicing Stack v#.#.####.##### with Core: C:\\Windows\\winsxs\\amd64_~_#.#.####.#####\\cbscore.dll",
        "####-##-## ##:##:##, Info                  CSI    ########@####/#/##:##:##:##.### WcpInitialize (wcp.dll version 0.0.0.#) called (stack @0x7fe########)",
        "####-##-## ##:##:##, Error                 CBS    Failed to find ~ package [HRESULT = 0x800f08##]",
    ],
    &[
        "####-##-## ##:##:##,### - INFO  [QuorumPeer[myid=#]/0:0:0:0:0:0:0:0:2181:FastLeaderElection@###] - Notification time out: #####",
        "####-##-## ##:##:##,### - WARN  [NIOServerCxn.Factory:0.0.0.0/0.0.0.0:2181:NIOServerCnxn@###] - caught end of stream exception",
    ],
];

/// A line of the log of a kind.
pub(crate) fn line(random: &mut Random, kind: usize) -> String {
    let templates = KINDS[kind % KINDS.len()];
    let mut line = String::with_capacity(160);
    for char in random.one(templates).chars() {
        match char {
            '#' => line.push(char::from(b'0' + random.below(10) as u8)),
            '%' => line.push(char::from(b'a' + random.below(26) as u8)),
            '~' => line.push_str(random.one(WORDS)),
            other => line.push(other),
        }
    }
    line.push('\n');
    line
}
