"""Names people use for Azure's resource types, in English and Japanese."""

from catalog.localized import Localized

_LABELS: dict[str, tuple[str, str]] = {
    "microsoft.apimanagement/service": ("API Management", "API Management"),
    "microsoft.app/containerapps": ("Container app", "コンテナー アプリ"),
    "microsoft.app/jobs": ("Container Apps job", "Container Apps ジョブ"),
    "microsoft.app/managedenvironments": ("Container Apps environment", "Container Apps 環境"),
    "microsoft.app/sessionpools": ("Container Apps session pool", "Container Apps セッション プール"),
    "microsoft.appconfiguration/configurationstores": ("App Configuration", "App Configuration"),
    "microsoft.authorization/locks": ("Lock", "ロック"),
    "microsoft.authorization/roleassignments": ("Role assignment", "ロールの割り当て"),
    "microsoft.cache/redis": ("Azure Cache for Redis", "Azure Cache for Redis"),
    "microsoft.cdn/profiles": ("Front Door profile", "Front Door プロファイル"),
    "microsoft.cognitiveservices/accounts": ("Azure AI account", "Azure AI アカウント"),
    "microsoft.cognitiveservices/accounts/deployments": ("Model deployment", "モデルのデプロイ"),
    "microsoft.compute/disks": ("Managed disk", "マネージド ディスク"),
    "microsoft.compute/virtualmachines": ("Virtual machine", "仮想マシン"),
    "microsoft.compute/virtualmachines/extensions": ("Virtual machine extension", "仮想マシンの拡張機能"),
    "microsoft.compute/virtualmachinescalesets": ("Scale set", "スケール セット"),
    "microsoft.containerinstance/containergroups": ("Container instance", "コンテナー インスタンス"),
    "microsoft.containerregistry/registries": ("Container registry", "コンテナー レジストリ"),
    "microsoft.containerservice/managedclusters": ("Kubernetes cluster", "Kubernetes クラスター"),
    "microsoft.dbformysql/flexibleservers": ("MySQL server", "MySQL サーバー"),
    "microsoft.dbforpostgresql/flexibleservers": ("PostgreSQL server", "PostgreSQL サーバー"),
    "microsoft.dbforpostgresql/flexibleservers/databases": ("PostgreSQL database", "PostgreSQL データベース"),
    "microsoft.documentdb/databaseaccounts": ("Cosmos DB account", "Cosmos DB アカウント"),
    "microsoft.documentdb/databaseaccounts/sqldatabases": ("Cosmos DB database", "Cosmos DB データベース"),
    "microsoft.documentdb/databaseaccounts/sqldatabases/containers": ("Cosmos DB container", "Cosmos DB コンテナー"),
    "microsoft.documentdb/databaseaccounts/sqlroleassignments": ("Cosmos DB data access", "Cosmos DB データ アクセス"),
    "microsoft.eventgrid/topics": ("Event Grid topic", "Event Grid トピック"),
    "microsoft.eventhub/namespaces": ("Event Hubs namespace", "Event Hubs 名前空間"),
    "microsoft.eventhub/namespaces/eventhubs": ("Event hub", "イベント ハブ"),
    "microsoft.insights/actiongroups": ("Action group", "アクション グループ"),
    "microsoft.insights/components": ("Application Insights", "Application Insights"),
    "microsoft.insights/diagnosticsettings": ("Log collection", "ログの収集"),
    "microsoft.insights/metricalerts": ("Alert", "アラート"),
    "microsoft.keyvault/vaults": ("Key vault", "キー コンテナー"),
    "microsoft.keyvault/vaults/secrets": ("Secret", "シークレット"),
    "microsoft.logic/workflows": ("Logic app", "ロジック アプリ"),
    "microsoft.machinelearningservices/workspaces": ("Machine learning workspace", "機械学習ワークスペース"),
    "microsoft.managedidentity/userassignedidentities": ("Managed identity", "マネージド ID"),
    "microsoft.network/applicationgateways": ("Application gateway", "アプリケーション ゲートウェイ"),
    "microsoft.network/bastionhosts": ("Bastion", "Bastion"),
    "microsoft.network/loadbalancers": ("Load balancer", "ロード バランサー"),
    "microsoft.network/natgateways": ("NAT gateway", "NAT ゲートウェイ"),
    "microsoft.network/networkinterfaces": ("Network interface", "ネットワーク インターフェイス"),
    "microsoft.network/networksecuritygroups": ("Network security group", "ネットワーク セキュリティ グループ"),
    "microsoft.network/privatednszones": ("Private DNS zone", "プライベート DNS ゾーン"),
    "microsoft.network/privatednszones/virtualnetworklinks": ("DNS zone link", "DNS ゾーンのリンク"),
    "microsoft.network/privateendpoints": ("Private endpoint", "プライベート エンドポイント"),
    "microsoft.network/privateendpoints/privatednszonegroups": (
        "Private endpoint DNS",
        "プライベート エンドポイントの DNS",
    ),
    "microsoft.network/publicipaddresses": ("Public IP address", "パブリック IP アドレス"),
    "microsoft.network/routetables": ("Route table", "ルート テーブル"),
    "microsoft.network/virtualnetworks": ("Virtual network", "仮想ネットワーク"),
    "microsoft.network/virtualnetworks/subnets": ("Subnet", "サブネット"),
    "microsoft.operationalinsights/workspaces": ("Log Analytics workspace", "Log Analytics ワークスペース"),
    "microsoft.resources/deployments": ("Nested deployment", "入れ子のデプロイ"),
    "microsoft.resources/deploymentscripts": ("Deployment script", "デプロイ スクリプト"),
    "microsoft.search/searchservices": ("AI Search", "AI Search"),
    "microsoft.servicebus/namespaces": ("Service Bus namespace", "Service Bus 名前空間"),
    "microsoft.servicebus/namespaces/queues": ("Service Bus queue", "Service Bus キュー"),
    "microsoft.signalrservice/signalr": ("SignalR", "SignalR"),
    "microsoft.sql/servers": ("SQL server", "SQL サーバー"),
    "microsoft.sql/servers/databases": ("SQL database", "SQL データベース"),
    "microsoft.storage/storageaccounts": ("Storage account", "ストレージ アカウント"),
    "microsoft.storage/storageaccounts/blobservices": ("Blob service", "BLOB サービス"),
    "microsoft.storage/storageaccounts/blobservices/containers": ("Blob container", "BLOB コンテナー"),
    "microsoft.web/serverfarms": ("App Service plan", "App Service プラン"),
    "microsoft.web/sites": ("Web app", "Web アプリ"),
    "microsoft.web/sites/config": ("Web app settings", "Web アプリの設定"),
    "microsoft.web/sites/slots": ("Staging slot", "ステージング スロット"),
    "microsoft.web/staticsites": ("Static web app", "静的 Web アプリ"),
}


def label_of(resource_type: str) -> Localized:
    """The type's name for people; for a type not listed its last word, which Azure keeps readable."""
    known = _LABELS.get(resource_type.lower())
    if known is not None:
        return Localized(*known)
    last = resource_type.rsplit("/", 1)[-1]
    words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in last)
    return Localized(words[:1].upper() + words[1:])
