// A server on the centrifuge library, the engine of Centrifugo, as lean as its options allow:
// WebSocket clients in JSON, who may subscribe and publish everywhere.
package main

import (
	"context"
	"flag"
	"log"
	"net/http"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/centrifugal/centrifuge"
)

func main() {
	address := flag.String("address", "127.0.0.1:0", "where to listen")
	history := flag.Int("history", 0, "publications kept of a channel; 0: none, and no positions")
	presence := flag.Bool("presence", false, "whether it is known who subscribes to a channel, and told to those who ask")
	redis := flag.String("redis", "", "address of a Redis for broker and presence; empty: memory")
	flag.Parse()

	node, err := centrifuge.New(centrifuge.Config{
		LogLevel:   centrifuge.LogLevelError,
		LogHandler: func(entry centrifuge.LogEntry) { log.Println(entry.Message, entry.Fields) },
	})
	if err != nil {
		log.Fatal(err)
	}
	if *redis != "" {
		useRedis(node, *redis)
	}
	positions := *history > 0
	kept := centrifuge.PublishOptions{HistorySize: *history, HistoryTTL: 5 * time.Minute}
	if !positions {
		kept = centrifuge.PublishOptions{}
	}
	node.OnConnecting(func(_ context.Context, event centrifuge.ConnectEvent) (centrifuge.ConnectReply, error) {
		return centrifuge.ConnectReply{Credentials: &centrifuge.Credentials{UserID: event.Token}}, nil
	})
	node.OnConnect(func(client *centrifuge.Client) {
		client.OnSubscribe(func(event centrifuge.SubscribeEvent, answer centrifuge.SubscribeCallback) {
			answer(centrifuge.SubscribeReply{Options: centrifuge.SubscribeOptions{
				EnableRecovery: positions, EnablePositioning: positions,
				EmitPresence: *presence, EmitJoinLeave: *presence, PushJoinLeave: *presence && event.JoinLeave,
			}}, nil)
		})
		client.OnPublish(func(_ centrifuge.PublishEvent, answer centrifuge.PublishCallback) {
			answer(centrifuge.PublishReply{Options: kept}, nil)
		})
	})
	if err := node.Run(); err != nil {
		log.Fatal(err)
	}
	giveMemoryBackOnSignal()
	http.Handle("/connection/websocket", centrifuge.NewWebsocketHandler(node, centrifuge.WebsocketConfig{
		ReadBufferSize: 512, UseWriteBufferPool: true,
	}))
	log.Fatal(http.ListenAndServe(*address, nil))
}

func useRedis(node *centrifuge.Node, address string) {
	shard, err := centrifuge.NewRedisShard(node, centrifuge.RedisShardConfig{Address: address})
	if err != nil {
		log.Fatal(err)
	}
	broker, err := centrifuge.NewRedisBroker(node, centrifuge.RedisBrokerConfig{Shards: []*centrifuge.RedisShard{shard}})
	if err != nil {
		log.Fatal(err)
	}
	node.SetBroker(broker)
	presences, err := centrifuge.NewRedisPresenceManager(node, centrifuge.RedisPresenceManagerConfig{Shards: []*centrifuge.RedisShard{shard}})
	if err != nil {
		log.Fatal(err)
	}
	node.SetPresenceManager(presences)
}

// SIGUSR1 collects garbage and gives all free memory to the system at once.
func giveMemoryBackOnSignal() {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGUSR1)
	go func() {
		for range signals {
			debug.FreeOSMemory()
		}
	}()
}
