module filestore

go 1.20
